// projections: see CMakeLists.txt
