// Filters the targets: shows the rows that contain all words. Without this script, all rows are visible.
const box = document.getElementById('filter');
const whole = document.getElementById('whole');
const filterStatus = document.getElementById('filter-status');
const targets = document.getElementById('targets');
document.getElementById('controls').hidden = false;
whole.addEventListener('change', () => targets.classList.toggle('whole', whole.checked));
let rows, texts, waiting;
box.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    rows ??= [...targets.querySelectorAll('tbody tr')];
    texts ??= rows.map(row => row.textContent.toLowerCase());
    const words = box.value.toLowerCase().split(/\s+/).filter(word => word);
    let matches = 0;
    rows.forEach((row, at) => {
      const fits = words.every(word => texts[at].includes(word));
      row.hidden = !fits;
      matches += fits ? 1 : 0;
    });
    filterStatus.textContent = words.length ? matches + ' of ' + rows.length + ' rows contain ' + words.join(' ') : '';
  }, 100);
});
