FROM python:3.12-slim

RUN useradd --create-home visitor
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
USER visitor

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; prefix = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', ''); \
r.urlopen('http://localhost:8501' + os.path.join('/', prefix.strip('/'), '_stcore/health'), timeout=5)"]
# browser.serverAddress: without it a start without a display asks an outside service for the machine's address
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.headless=true", "--browser.serverAddress=localhost"]
