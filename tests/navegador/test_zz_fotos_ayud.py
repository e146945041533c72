"""Fotos de la Nora vacía y del admin (provisional)."""
import pytest
from apoyo.navegador import ESCRITORIO, TELEFONO
from apoyo.siembra import sembrar
from conftest import CONTRASENA
from clientes.aura.personas import servicio
import os
O='/tmp/plan/fotos_ayud/'
def foto(p, url, n, full=True):
    p.goto(url); p.wait_for_load_state('networkidle'); p.screenshot(path=O+n+'.png', full_page=full)
def test_fotos(servidor_vivo, navegador, crear_nora, crear_usuario):
    u=servidor_vivo.url
    d=crear_usuario('duena@marea.mx','dueno',crear_nora('marea'))
    crear_usuario('duena@vacia.mx','dueno',crear_nora('vacia', nombre_visible='Panadería La Espiga'))
    crear_usuario('admin@prueba.mx','admin')
    ids=sembrar('marea', d)
    for medida,s in ((TELEFONO,'t'),(ESCRITORIO,'e')):
        p=navegador.entrar(u,'duena@vacia.mx',CONTRASENA,medida)
        for r in ('','chat/','contactos/','contactos/nuevo','conocimiento/','conocimiento/nuevo','simulador/'):
            foto(p,f'{u}/panel_cliente/vacia/{r}',f'v_{r.replace("/","_")}_{s}', False)
        p.context.close()
        p=navegador.entrar(u,'admin@prueba.mx',CONTRASENA,medida)
        for r in ('','noras','noras/nueva','noras/marea/datos','modulos','usuarios','usuarios/nuevo',f'usuarios/{d}','salud','auditoria','componentes'):
            foto(p,f'{u}/admin/{r}',f'a_{r.replace("/","_")}_{s}'.replace(d,'uno'), True)
        p.context.close()
    p=navegador.pagina(TELEFONO); foto(p,u+'/login','login_t'); foto(p,u+'/no','404_t')
    p=navegador.pagina(ESCRITORIO); foto(p,u+'/login','login_e'); foto(p,u+'/no','404_e')
