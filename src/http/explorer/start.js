/* global React, ReactDOM, GraphiQL */

// GraphiQL gives the nonce of this name to the style element that it makes.
window.__webpack_nonce__ = document.currentScript.nonce;

/**
 * Where GraphiQL keeps its tabs and its history: queries name devices, so they outlive a reload, but not the browser's
 * tab. Headers may hold a token, and are not kept at all; GraphiQL itself would write them into its history.
 */
const storage = {
  get length() {
    return sessionStorage.length;
  },
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, withoutHeaders(value)),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};

/** Tabs and history are JSON, within which variables are text; a value that is none, as a query, passes as it is. */
function withoutHeaders(value) {
  try {
    return JSON.stringify(JSON.parse(value, (key, held) => (key === 'headers' ? undefined : held)));
  } catch {
    return value;
  }
}

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
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    storage,
  });
  ReactDOM.createRoot(document.querySelector('#explorer')).render(explorer);
}

start().catch((error) => {
  document.querySelector('#explorer p').textContent = `The explorer could not be started. ${error.message}`;
});
