/* Meta Ads: solo lo que comparte con los demás módulos de anuncios. */

import "../../shared/anuncios.js";
