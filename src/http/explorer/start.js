/* global React, ReactDOM, GraphiQL */

// GraphiQL gives the nonce of this name to the style element that it makes.
window.__webpack_nonce__ = document.currentScript.nonce;

/** Shows GraphiQL, with the gateway's example queries as tabs. */
async function start() {
  const answer = await fetch('explorer/tabs.json');
  if (!answer.ok) throw new Error(`explorer/tabs.json was answered with ${answer.status}.`);
  const defaultTabs = await answer.json();
  const explorer = React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: 'graphql' }),
    defaultTabs,
    defaultEditorToolsVisibility: 'variables',
    isHeadersEditorEnabled: true,
    // A header may hold a token: it lives as long as the page.
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    // Queries name devices. They outlive a reload, but not the browser's tab.
    storage: window.sessionStorage,
  });
  ReactDOM.createRoot(document.querySelector('#explorer')).render(explorer);
}

start().catch((error) => {
  document.querySelector('#explorer p').textContent = `The explorer could not be started. ${error.message}`;
});
