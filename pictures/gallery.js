const field = document.querySelector("nav input");
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of document.querySelectorAll("main section")) {
    const text = section.dataset.text.toLowerCase();
    section.hidden = !words.every((word) => text.includes(word));
  }
});
