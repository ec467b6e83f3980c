const FOCUSABLE = "button, input, select, summary, a[href]";

/**
 * Moves the focus nearby when what had it has left the page: else a screen reader begins again at the
 * top, and the next key is nobody's.
 */
export function keepFocus(root: HTMLElement): void {
  /** What had the focus last, and all that it stood in, from the inside. */
  let path: readonly Element[] = [];
  root.addEventListener("focusin", ({ target }) => {
    path = target instanceof Element ? pathOf(target, root) : [];
  });
  new MutationObserver(() => {
    if (!path[0] || path[0].isConnected || document.activeElement !== document.body) return;
    const near = path.flatMap((place) => (place.isConnected ? [...place.querySelectorAll(FOCUSABLE)] : []));
    const first = near.find((element) => element instanceof HTMLElement && element.checkVisibility());
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true });
}

function pathOf(element: Element, root: Element): readonly Element[] {
  const parent = element.parentElement;
  return element === root || !parent ? [element] : [element, ...pathOf(parent, root)];
}
