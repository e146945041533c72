"""Lo que usa `dev_start.py`: preparar la carpeta, levantar todo, correr las pruebas, tomar capturas."""
