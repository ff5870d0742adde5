const maxItems = 20

/** `a, b, c`, cut where it would fill the screen. */
export function printList(items: readonly (string | number)[]): string {
  const shown = items.slice(0, maxItems).join(', ')
  return items.length > maxItems ? `${shown} and ${items.length - maxItems} more` : shown
}
