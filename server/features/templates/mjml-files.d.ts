declare module "*.mjml" {
  const text: string;
  export default text;
}
