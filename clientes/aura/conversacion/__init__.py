"""El dominio de una plática: recibir, decidir y contestar. No conoce Flask."""
