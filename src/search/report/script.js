// Shows the rows of the targets that hold all words of the filter. Without it, all rows are there.
const box = document.getElementById('filter');
const told = document.getElementById('told');
const rows = [...document.querySelectorAll('#targets tbody tr')];
const texts = rows.map(row => row.textContent.toLowerCase());
box.closest('label').hidden = false;
let waiting;
box.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const words = box.value.toLowerCase().split(/\s+/).filter(word => word);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = words.every(word => texts[at].includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    told.textContent = words.length ? shown + ' of ' + rows.length + ' shown, with ' + words.join(' ') : '';
  }, 100);
});
