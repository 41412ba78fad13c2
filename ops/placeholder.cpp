// ops: see CMakeLists.txt
