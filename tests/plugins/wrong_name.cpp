#include "stamp.hpp"

EXPORT_STAMP(good_stamp("letters"));
