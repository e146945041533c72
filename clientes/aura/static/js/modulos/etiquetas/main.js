/* Etiquetas: lo recién borrado se puede deshacer durante diez segundos. */

import "../../shared/deshacer.js";
