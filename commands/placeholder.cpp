// commands: see CMakeLists.txt
