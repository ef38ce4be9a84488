"use strict";

// Not a module: it runs before the page is painted, so that a chosen appearance does not flash.
(() => {
  const KEPT = "race-lab.appearance";
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  function isDark() {
    return root.dataset.appearance ? root.dataset.appearance === "dark" : systemIsDark.matches;
  }

  function show() {
    document.getElementById("appearance").setAttribute("aria-pressed", String(isDark()));
    document.dispatchEvent(new Event("appearance"));
  }

  function toggle() {
    root.dataset.appearance = isDark() ? "light" : "dark";
    localStorage.setItem(KEPT, root.dataset.appearance);
    show();
  }

  const kept = localStorage.getItem(KEPT);
  if (kept) {
    root.dataset.appearance = kept;
  }
  systemIsDark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("appearance").addEventListener("click", toggle);
    show();
  });
})();
