"""La administración: Noras, módulos, usuarios, salud y auditoría de toda la instalación."""
