/** A page of the gateway for browsers. @param head the elements of its head @param main its main element */
export function htmlPage(head: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Machines Gateway</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${main}
</body>
</html>
`;
}
