#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace berth::command_line {

/// The candidate that somebody who typed `word` most likely meant, or empty: one that begins with it, or one
/// that a third of its letters or fewer sets apart (two neighbours in the wrong order count as one).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// ": did you mean 'status'?", or empty when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace berth::command_line
