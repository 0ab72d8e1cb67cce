/**
 * Starts one of the page's workers. The exported file carries its workers as text, because a page on disk may load
 * nothing; the served page loads them from beside itself, because its policy allows no other scripts.
 */
export function startWorker(name: "engine" | "layout"): Worker {
  const inlined = document.getElementById(`${name}-worker`)?.textContent;
  // the engine loads parts of itself when they are asked for, as modules do
  if (!inlined)
    return new Worker(`assets/${name}-worker.js`, { type: name === "engine" ? "module" : "classic" });
  const url = URL.createObjectURL(new Blob([inlined], { type: "text/javascript" }));
  return new Worker(url);
}
