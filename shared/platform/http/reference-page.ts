import express, { type RequestHandler } from 'express';
import { absolutePath } from 'swagger-ui-dist';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Kindred API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** The OpenAPI document at `/openapi.json` and a page for reading and trying it at `/docs`, all from this machine. */
export function referencePages(document: object): readonly (readonly [string, RequestHandler])[] {
  const json = JSON.stringify(document);
  return [
    ['/openapi.json', (_request, response) => void response.type('application/json').send(json)],
    ['/docs/start.js', (_request, response) => void response.type('text/javascript').send(START)],
    ['/docs', (request, response, next) => (request.path === '/' ? void response.type('html').send(PAGE) : next())],
    ['/docs', express.static(absolutePath(), { index: false })],
  ];
}
