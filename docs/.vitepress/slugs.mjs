// Anchors of headings, as GitHub makes them: links in the pages are written for GitHub.
export function slugger(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}
