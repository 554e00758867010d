#include "stamp.hpp"

EXPORT_STAMP(good_stamp("../odd name"));
