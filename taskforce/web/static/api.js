// Lists the API from its own description; nothing is loaded from elsewhere and no description is sent anywhere.
const list = document.getElementById('api-list');

// Swagger UI's own layout brings a second h1 and main; the page has both already, so only the list is taken.
function onlyOperations({ React }) {
  function OnlyOperations({ getComponent, specSelectors }) {
    if (specSelectors.loadingStatus() !== 'success') return null;
    const operations = React.createElement(getComponent('operations', true), { key: 'operations' });
    const pictures = React.createElement(getComponent('SvgAssets'), { key: 'pictures' });
    return React.createElement('div', { className: 'swagger-ui' }, pictures, operations);
  }
  return { components: { OnlyOperations } };
}

// It leaves some parts without a name for screen readers: they are named after what they belong to.
function nameParts() {
  for (const choice of list.querySelectorAll('select:not([aria-label])')) {
    const row = choice.closest('[data-param-name]');
    choice.setAttribute('aria-label', row ? row.dataset.paramName : choice.closest('.opblock')?.id ?? 'API');
  }
  for (const answers of list.querySelectorAll('table[role="region"]:not([aria-label])')) answers.setAttribute('aria-label', answers.id);
  for (const example of list.querySelectorAll('pre:not([tabindex])')) example.tabIndex = 0; // it may scroll sideways
}
new MutationObserver(nameParts).observe(list, { childList: true, subtree: true });

window.SwaggerUIBundle({
  domNode: list,
  url: list.dataset.description,
  validatorUrl: null,
  deepLinking: false,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  supportedSubmitMethods: [],
  presets: [window.SwaggerUIBundle.presets.apis],
  plugins: [onlyOperations],
  layout: 'OnlyOperations',
});
