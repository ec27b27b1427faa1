FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
# Without the second, the C library keeps memory for each of many threads that hardly use it.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/packages ./packages
COPY --from=build /build/apps/tinyobs ./apps/tinyobs
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s CMD ["node", "-e", "require(process.env.TINYOBS_SERVER_TLS_CERT ? 'https' : 'http').get({ port: 8080, path: '/ready', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# The container's port is as reachable as whoever runs it publishes it: publish it on 127.0.0.1 only, or set
# TINYOBS_AUTH_ADMIN_KEY, with which requests need a key.
ENTRYPOINT ["node", "apps/tinyobs/dist/main.js"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--data-dir", "/data", "--insecure"]
