// schemas: see CMakeLists.txt
