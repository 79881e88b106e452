FROM python:3.13-slim AS build
COPY . /src
RUN python -m venv /opt/syncer \
    && /opt/syncer/bin/pip install --no-cache-dir --quiet --constraint /src/constraints.txt /src

FROM python:3.13-slim
RUN useradd --system --home-dir /var/lib/syncer --create-home syncer
COPY --from=build /opt/syncer /opt/syncer
COPY --chmod=755 deploy/docker/entrypoint.sh /usr/local/bin/syncer-entrypoint
ENV PATH=/opt/syncer/bin:$PATH PYTHONUNBUFFERED=1
USER syncer
# syncer reads ./syncer.toml.
WORKDIR /etc/syncer
ENTRYPOINT ["syncer-entrypoint"]
CMD ["run"]
