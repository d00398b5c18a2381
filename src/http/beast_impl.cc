// The one translation unit that compiles Boost.Beast (BOOST_BEAST_SEPARATE_COMPILATION). Asio is compiled in
// runtime.
#include <boost/beast/src.hpp>
