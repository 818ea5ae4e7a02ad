/** Sign-in by OpenID Connect: passwords, clients, what the embedded issuer keeps, memberships from groups. */
export const signIn: readonly string[] = []
