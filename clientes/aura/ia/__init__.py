"""Entender y buscar: vectores de frases, el motor local y el conocimiento de cada Nora."""
