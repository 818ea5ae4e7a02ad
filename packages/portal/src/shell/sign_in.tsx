export const SignIn = () => <p>SignIn</p>
