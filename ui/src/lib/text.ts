/** How much larger than usual a person's text is: drawings grow with it, since words stand in them. */
export function enlarged(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}
