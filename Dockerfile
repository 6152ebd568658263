# The gateway on Node 24. What each stage does can be done by hand as well: see the RUN lines.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY schema/*.graphql ./schema/
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-slim
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="Machines Gateway" \
  org.opencontainers.image.description="A typed, paged GraphQL gateway over Microsoft Defender for Endpoint's List machines API" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION"
WORKDIR /app
# A loopback address within a container cannot be reached from outside. With CALLER_AUTH=none the gateway still refuses
# to start on 0.0.0.0 until the operator sets ALLOW_ANONYMOUS=true.
# With a fixed threshold glibc gives large blocks back to the system as they are freed: 90 MB less after each reading.
# As that also fixes how much free memory is kept, which would be too little to compress an answer, that is fixed as well.
ENV NODE_ENV=production HOST=0.0.0.0 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=1048576
COPY package.json ./
COPY schema/*.graphql ./schema/
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node` of the base image, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 4000) + '/healthz', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
