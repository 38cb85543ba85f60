export let count = 1;
export const bump = () => ++count;
export default (x) => x + "!";
