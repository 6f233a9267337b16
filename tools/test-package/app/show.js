/** Writes what a program found, or why it failed, into the page's <output>. */
export async function show(program) {
  const output = document.querySelector('output');
  try {
    output.textContent = JSON.stringify(await program());
  } catch (error) {
    output.textContent = JSON.stringify({ failed: `${error.name}: ${error.message}` });
  }
}
