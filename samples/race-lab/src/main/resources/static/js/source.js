import { element } from "./dom.js";

const TOKENS = new RegExp([
  '(?<text>"(?:[^"\\\\]|\\\\.)*")',
  "(?<comment>//.*|/\\*.*|^\\s*\\*.*)",
  "(?<annotation>@\\w+)",
  "\\b(?<keyword>boolean|break|catch|class|else|final|finally|for|if|implements|int|long|new|null|private|public|record|return|static|this|throw|throws|true|false|try|var|void|while)\\b",
].join("|"), "g");

function coloured(line) {
  const parts = [];
  let end = 0;
  for (const match of line.matchAll(TOKENS)) {
    const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
    parts.push(line.slice(end, match.index), element("span", { className: kind, textContent: match[0] }));
    end = match.index + match[0].length;
  }
  return [...parts, line.slice(end)];
}

function show(code, lines, isMarked) {
  code.replaceChildren(...lines.map((line, index) =>
    element(isMarked(index) && line.trim() ? "mark" : "span", { className: "line" }, ...coloured(line), "\n")));
}

/** Which lines of each side the other one lacks, by their longest common subsequence. */
function differences(left, right) {
  const common = Array.from({ length: left.length + 1 }, () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i][j] = left[i] === right[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const onlyLeft = new Set(left.keys());
  const onlyRight = new Set(right.keys());
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) {
      onlyLeft.delete(i++);
      onlyRight.delete(j++);
    } else if (common[i + 1][j] >= common[i][j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return [onlyLeft, onlyRight];
}

export function showBoth(code, unguarded, guarded) {
  const left = code.unguarded.split("\n");
  const right = code.guarded.split("\n");
  // The arms' own names are no difference.
  const neutral = lines => lines.map(line => line.replace(/\b(Unguarded|Guarded)\b/, "Arm"));
  const [onlyLeft, onlyRight] = differences(neutral(left), neutral(right));
  show(unguarded, left, index => onlyLeft.has(index));
  show(guarded, right, index => onlyRight.has(index));
}

export function showPlain(code, target) {
  show(target, code.split("\n"), () => false);
}
