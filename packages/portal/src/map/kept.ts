import type { Kept } from './layout.ts'

const key = 'datamesh.map.places'

/** Where the islands stood when this browser last drew them. */
export const keptPlaces = (): Kept => {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    if (typeof read !== 'object' || read === null) return {}
    return Object.fromEntries(
      Object.entries(read as Record<string, Partial<Kept[string]> | null>).flatMap(([name, place]) =>
        Number.isInteger(place?.q) && Number.isInteger(place?.r) && Number.isInteger(place?.room)
          ? [[name, { q: Number(place?.q), r: Number(place?.r), room: Number(place?.room) }]]
          : [],
      ),
    )
  } catch {
    return {}
  }
}
export const keepPlaces = (places: Kept): void => {
  try {
    localStorage.setItem(key, JSON.stringify(places))
  } catch {
    // a full or forbidden store only means that the map may look different next time
  }
}
export const forgetPlaces = (): void => localStorage.removeItem(key)
