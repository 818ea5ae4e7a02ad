/** What opens over the page from a button: menus, lists to choose from. */
export const popup =
  'rounded-lg border border-line bg-raised p-1 text-sm shadow-pop outline-none origin-(--transform-origin) transition-[scale,opacity] data-ending-style:scale-97 data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0'
