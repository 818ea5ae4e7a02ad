import { isApiError } from '@datamesh/sdk'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './shell/code.ts'
import './styles/app.css'
import { router } from './router.tsx'
import { titleOf } from './shell/title.ts'
import { Toasts } from './ui/toast.tsx'

const cache = new QueryClient({
  queryCache: new QueryCache({
    // the session has ended, wherever somebody is: sign in and come back here
    onError: (error) => {
      const { pathname, href } = router.state.location
      if (isApiError(error) && error.kind === 'unauthenticated' && pathname !== '/sign-in')
        void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { to: href }, replace: true })
    },
  }),
  // the client itself tries again what may be tried again
  defaultOptions: { queries: { retry: false, staleTime: 10_000 } },
})

// The platform was updated while this window stood open: the parts that it asks for are gone. Once: a part that is really missing must not turn in circles.
addEventListener('vite:preloadError', () => {
  const key = 'datamesh.reloaded'
  const last = Number(sessionStorage.getItem(key))
  if (Date.now() - last < 30_000) return
  sessionStorage.setItem(key, String(Date.now()))
  location.reload()
})

router.subscribe('onResolved', ({ toLocation }) => {
  document.title = titleOf(toLocation.pathname)
})

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
)
