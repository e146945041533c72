"""Fotos, notas de voz, videos y documentos de las pláticas: bajarlos, revisarlos, guardarlos y enseñarlos."""
