// Ties the player to the page's component: whenever its value changes, show it.
const player = spinePlayer(element, (name, data) => trigger(name, data));
// The event it reports to the page: "correct".
watch("value", () => player.show(props.value));
player.show(props.value);

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
  if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const run = document.querySelector("#run");
  if (run && run.offsetParent) run.click();
});
