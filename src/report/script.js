// Filters the targets: shows the rows that contain all words. Without this script, all rows are visible.
const box = document.getElementById('filter');
const filterStatus = document.getElementById('filter-status');
const rows = [...document.querySelectorAll('#targets tbody tr')];
const texts = rows.map(row => row.textContent.toLowerCase());
box.closest('label').hidden = false;
let waiting;
box.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
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
