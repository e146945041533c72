"""HTTP: cada vista valida, llama a un servicio y contesta."""
