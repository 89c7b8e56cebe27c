/** Where the pages begin: takes the token out of the address, then draws. What is drawn is app.tsx's. */
import { render } from 'preact';
import { App } from './app.tsx';
import { followAddress } from './router.ts';
import { takeToken } from './session.ts';

takeToken();
// Opened in a tab that has the page, an address changes in what follows # alone.
addEventListener('hashchange', takeToken);
followAddress();
const page = document.getElementById('page');
if (page !== null) render(<App />, page);
