// ingest: see CMakeLists.txt
