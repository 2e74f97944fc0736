// Starts the parts of GOV.UK Frontend that pages use, and folds filters on phones. Every page works without this script.
const script = document.querySelector('script[data-govuk]');

// GOV.UK's radios and checkboxes are left out: they put aria-expanded where it is not allowed. tf.css opens
// conditional questions instead.
const started = ['Button', 'CharacterCount', 'ErrorSummary', 'NotificationBanner', 'PasswordInput', 'ServiceNavigation', 'SkipLink'];

async function start() {
  const govuk = await import(script.dataset.govuk);
  document.body.classList.add('js-enabled', 'govuk-frontend-supported');
  for (const name of started) govuk.createAll(govuk[name]);
}

if (window.matchMedia('(max-width: 640px)').matches) {
  for (const filter of document.querySelectorAll('.tf-filter:not([data-keep-open])')) filter.open = false;
}
start();
