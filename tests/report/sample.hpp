// One report that has everything a renderer can meet.
#pragma once

#include "fwproof/report/report.hpp"

// The sources that its findings point into live as long as the program.
fwproof::Report sample_report();
