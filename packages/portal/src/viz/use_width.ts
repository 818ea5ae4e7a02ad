import { useLayoutEffect, useRef, useState } from 'react'

/** Width of an element in px, kept as it changes. Heights are fixed, so nothing around it moves. */
export const useWidth = <T extends HTMLElement>(first = 640) => {
  const ref = useRef<T>(null)
  const [width, setWidth] = useState(first)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => setWidth((was) => Math.round(element.clientWidth) || was)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
