FROM debian:12 AS build
WORKDIR /src
COPY deploy/local/packages deploy/local/install deploy/local/
RUN deploy/local/install build
COPY CMakeLists.txt CMakePresets.json ./
COPY proto proto
COPY migrations migrations
COPY include include
COPY service service
RUN cmake --preset release -DLETHE_TESTS=OFF && cmake --build --preset release --target lethed lethe \
    && strip build/release/bin/lethed build/release/bin/lethe

FROM debian:12-slim
COPY deploy/local/packages deploy/local/install /tmp/install/
RUN /tmp/install/install run && rm -rf /tmp/install /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /src/build/release/bin/lethed /src/build/release/bin/lethe /usr/local/bin/
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 50051 9464
ENTRYPOINT ["lethed"]
CMD ["serve", "--config", "/etc/lethe/config/lethe.yaml"]
