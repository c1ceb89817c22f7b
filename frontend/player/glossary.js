// Words of the field where they stand: underlined, and a tap says what each means in a sentence.

/** Writes a text into an element, with every word that `words` explains as something to tap; only where it is another text. */
export function explain(element, text, words = {}) {
  if (element.textContent === text) return;
  const terms = Object.keys(words).map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = terms.length ? text.split(new RegExp(`(?<![\\p{L}\\d])(${terms.join("|")})(?![\\p{L}\\d])`, "iu")) : [text];
  element.replaceChildren(...parts.map((part) => (words[part.toLowerCase()] ? word(part, words[part.toLowerCase()]) : part)));
}

function word(text, meaning) {
  const shown = Object.assign(document.createElement("span"), { className: "ll-word", tabIndex: 0, textContent: text });
  shown.setAttribute("role", "button");
  shown.setAttribute("aria-expanded", "false");
  shown.addEventListener("click", () => show(shown, meaning));
  shown.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    show(shown, meaning);
  });
  return shown;
}

let open = null; // the note that is shown; one at a time

function show(word, meaning) {
  const same = open?.word === word;
  open?.close();
  if (same) return;
  const note = Object.assign(document.createElement("div"), { className: "ll-meaning", textContent: meaning });
  note.setAttribute("role", "status");
  (word.closest(".ll-player") ?? document.body).append(note);
  const at = word.getBoundingClientRect();
  note.style.left = `${Math.max(12, Math.min(at.left, window.innerWidth - note.offsetWidth - 12))}px`;
  note.style.top = `${at.bottom + 6}px`;
  word.setAttribute("aria-expanded", "true");
  const leave = (event) => (event.key === "Escape" || (event.type === "pointerdown" && event.target !== word)) && open?.close();
  const close = () => {
    open = null;
    note.remove();
    word.setAttribute("aria-expanded", "false");
    for (const kind of ["pointerdown", "keydown"]) document.removeEventListener(kind, leave, true);
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, leave, true);
  open = { word, close };
}
